//! A step at the desk, of one discrepancy or of several at once: all of them or none, with its entry in the audit log.

use std::collections::{BTreeMap, HashMap};

use entity::{desk_record, desk_step, discrepancy, resolved_discrepancy};
use reconciliation::{DeskStanding, DeskState, DeskStep, KstDate, check_step, desk_state};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::following::{acknowledgement, records_of, write_records};
use super::{DeskAct, DeskAction, DeskRefused};
use crate::store::cancels::audit::Said;
use crate::store::db::advisory_locks::Turn;
use crate::store::db::keys::among;
use crate::store::db::transaction::Transaction;
use crate::store::db::upsert::insert;
use crate::store::rows::to_millis;
use crate::store::{DiscrepancyId, Store, StoreError};

/// What is asked about, as it stands in the database.
struct Item {
    mid: String,
    payment_key: Option<String>,
    class: String,
    /// The digest of what it says; `None` when it is no longer found.
    evidence: Option<String>,
    assignee: Option<String>,
}

impl Store {
    /// Does something about discrepancies: all of them, or none. The inner error says why not. Nobody else does anything at
    /// the desk meanwhile, and no verdict is kept.
    pub async fn step_at_desk(
        &self,
        ids: &[DiscrepancyId],
        act: &DeskAct<'_>,
    ) -> Result<Result<(), DeskRefused>, StoreError> {
        let transaction = self.begin().await?;
        Turn::KeepVerdicts.wait(&transaction).await?;
        let items = items(&transaction, ids).await?;
        let wanted: Vec<&str> = ids.iter().map(DiscrepancyId::as_str).collect();
        let records = records_of(&transaction, &wanted).await?;
        let mut records: HashMap<String, desk_record::Model> = records
            .into_iter()
            .map(|record| (record.id.clone(), record))
            .collect();
        if let Err(mut refused) = check(ids, &items, &records, act) {
            if let DeskRefused::Refused { id, by, .. } = &mut refused {
                *by = last_actor(&transaction, id.as_str(), records.get(id.as_str())).await?;
            }
            transaction.rollback().await?;
            return Ok(Err(refused));
        }
        let mut steps = Vec::with_capacity(items.len());
        let mut changed = Vec::with_capacity(items.len());
        for (id, item) in &items {
            let record = records.remove(id).unwrap_or_else(|| untouched(id, item));
            let record = after(record, item, act);
            steps.push(desk_step::Model {
                discrepancy: id.clone(),
                number: record.steps,
                at: to_millis(act.at).into(),
                actor: act.by.to_owned(),
                action: DeskAction::of(act.step).as_str().to_owned(),
                words: words(act),
            });
            changed.push(record);
        }
        show(&transaction, &items, act).await?;
        write_records(&transaction, changed).await?;
        let once = OnConflict::new().do_nothing().to_owned();
        insert::<desk_step::Entity>(&transaction, steps, &once).await?;
        transaction.note(|changed| {
            changed.payments(
                items
                    .values()
                    .filter_map(|item| item.payment_key.as_deref()),
            );
            for item in items.values() {
                changed.work_list(&item.mid);
            }
        });
        for (id, item) in &items {
            let said = Said {
                at: act.at,
                actor: act.by,
                action: audited(act.step),
                subject: id,
                detail: detail(item, act),
            };
            self.add_audit_entry(&transaction, said).await?;
        }
        transaction.commit().await?;
        Ok(Ok(()))
    }
}

/// Those that there are, each once, by id.
async fn items(
    transaction: &Transaction,
    ids: &[DiscrepancyId],
) -> Result<BTreeMap<String, Item>, StoreError> {
    let backend = transaction.get_database_backend();
    let wanted = || ids.iter().map(DiscrepancyId::as_str);
    let ended = resolved_discrepancy::Entity::find()
        .filter(among(backend, resolved_discrepancy::Column::Id, wanted()))
        .all(transaction)
        .await?;
    let found = discrepancy::Entity::find()
        .filter(among(backend, discrepancy::Column::Id, wanted()))
        .all(transaction)
        .await?;
    let ended = ended.into_iter().map(|row| {
        let item = Item {
            mid: row.mid,
            payment_key: row.payment_key,
            class: row.class,
            evidence: None,
            assignee: row.assignee,
        };
        (row.id, item)
    });
    let found = found.into_iter().map(|row| {
        let item = Item {
            mid: row.mid,
            payment_key: row.payment_key,
            class: row.class,
            // What an older program found is another as soon as its verdict is made anew.
            evidence: Some(row.evidence.unwrap_or_default()),
            assignee: row.assignee,
        };
        (row.id, item)
    });
    Ok(ended.chain(found).collect())
}

fn check(
    ids: &[DiscrepancyId],
    items: &BTreeMap<String, Item>,
    records: &HashMap<String, desk_record::Model>,
    act: &DeskAct<'_>,
) -> Result<(), DeskRefused> {
    let today = KstDate::of(act.at);
    for id in ids {
        let sees = |item: &&Item| {
            let mut merchants = act.merchants.into_iter().flatten();
            act.merchants.is_none() || merchants.any(|mid| mid.as_str() == item.mid)
        };
        let Some(item) = items.get(id.as_str()).filter(sees) else {
            return Err(DeskRefused::NotFound(id.clone()));
        };
        let record = records.get(id.as_str());
        let known = record.and_then(acknowledgement);
        let standing = DeskStanding {
            state: desk_state(known.as_ref(), item.evidence.as_deref(), today),
            assignee: record
                .map_or_else(|| item.assignee.clone(), |record| record.assignee.clone()),
            changed_at: record.map(|record| record.changed_at.0),
        };
        check_step(act.step, &standing, act.seen_at, today).map_err(|why| {
            DeskRefused::Refused {
                id: id.clone(),
                why,
                by: None,
            }
        })?;
    }
    Ok(())
}

async fn last_actor(
    transaction: &Transaction,
    id: &str,
    record: Option<&desk_record::Model>,
) -> Result<Option<String>, StoreError> {
    let Some(record) = record else {
        return Ok(None);
    };
    let last = desk_step::Entity::find_by_id((id.to_owned(), record.steps));
    Ok(last.one(transaction).await?.map(|step| step.actor))
}

fn untouched(id: &str, item: &Item) -> desk_record::Model {
    desk_record::Model {
        id: id.to_owned(),
        mid: item.mid.clone(),
        acknowledged_evidence: None,
        acknowledged_until: None,
        assignee: None,
        changed_at: chrono::DateTime::UNIX_EPOCH.into(),
        steps: 0,
    }
}

/// The record after the step.
fn after(mut record: desk_record::Model, item: &Item, act: &DeskAct<'_>) -> desk_record::Model {
    match act.step {
        DeskStep::Acknowledge { until } => {
            record.acknowledged_evidence.clone_from(&item.evidence);
            record.acknowledged_until = until.map(KstDate::naive);
        }
        DeskStep::Assign { assignee } => record.assignee.clone_from(assignee),
        DeskStep::Reopen => {
            record.acknowledged_evidence = None;
            record.acknowledged_until = None;
        }
        DeskStep::Note => {}
    }
    record.changed_at = to_millis(act.at).into();
    record.steps += 1;
    record
}

/// Has the lists show it.
async fn show(
    transaction: &Transaction,
    items: &BTreeMap<String, Item>,
    act: &DeskAct<'_>,
) -> Result<(), StoreError> {
    use discrepancy::Column;
    let (column, value) = match act.step {
        DeskStep::Acknowledge { .. } => {
            let state = DeskState::Acknowledged.as_str();
            (Column::State, Expr::val(state))
        }
        DeskStep::Reopen => (Column::State, Expr::val(DeskState::Open.as_str())),
        DeskStep::Assign { assignee } => (Column::Assignee, Expr::val(assignee.clone())),
        DeskStep::Note => return Ok(()),
    };
    let backend = transaction.get_database_backend();
    discrepancy::Entity::update_many()
        .col_expr(column, value)
        .filter(among(backend, Column::Id, items.keys().map(String::as_str)))
        .exec(transaction)
        .await?;
    Ok(())
}

fn words(act: &DeskAct<'_>) -> Option<String> {
    match act.step {
        DeskStep::Assign { assignee } => assignee.clone(),
        _ => act.words.map(ToOwned::to_owned),
    }
}

fn audited(step: &DeskStep) -> &'static str {
    match step {
        DeskStep::Acknowledge { .. } => "DISCREPANCY_ACKNOWLEDGED",
        DeskStep::Assign { .. } => "DISCREPANCY_ASSIGNED",
        DeskStep::Note => "DISCREPANCY_NOTED",
        DeskStep::Reopen => "DISCREPANCY_REOPENED",
    }
}

/// Of words that people write, a digest: they stand at the desk, and may name somebody.
fn detail(item: &Item, act: &DeskAct<'_>) -> serde_json::Value {
    let digest = words(act).map(|words| {
        let hash: [u8; 32] = Sha256::digest(words.as_bytes()).into();
        let half = hash.first_chunk().copied().map_or(0, u128::from_be_bytes);
        format!("{half:032x}")
    });
    let until = match act.step {
        DeskStep::Acknowledge { until } => until.map(|day| day.to_string()),
        _ => None,
    };
    json!({
        "class": item.class,
        "mId": item.mid,
        "paymentKey": item.payment_key,
        "until": until,
        "wordsDigest": digest,
    })
}
