//! Cancels that can be trusted: the real server over HTTP before a Toss that fails in every way it can, on SQLite and on
//! PostgreSQL, and the real program killed again and again under load.
//!
//! Every fault that was thought of, and the tests that let it happen (a star stands for several whose names begin so; some are
//! played side by side in one test for each database):
//!
//! | | the fault | shown by |
//! |---|---|---|
//! | 1 | it runs, and no answer comes in time | `lost_answers::executed_and_no_answer_comes` |
//! | 2 | it runs, and the connection breaks | `lost_answers::executed_and_the_connection_breaks` |
//! | 3 | it runs, and the answer breaks off | `lost_answers::executed_and_the_answer_breaks_off_half_way` |
//! | 4 | the answer is 200 with a page of HTML | `lost_answers::executed_and_the_answer_is_a_page_of_html` |
//! | 5 | a gateway says 502, and it has not run | `lost_answers::a_gateway_fails_before_anything_is_executed` |
//! | 6 | a gateway says 502, and it has run | `lost_answers::a_gateway_fails_after_it_was_executed` |
//! | 7 | 409, the first sending still runs, several times | `lost_answers::a_slow_cancel_runs_on_while_it_is_asked_about_again` |
//! | 8 | it runs longer than is waited for, and is sent again | the same; `clocks::*while_toss_is_at_work*` |
//! | 9 | one sending is delivered twice | `connections::a_cancel_that_is_delivered_twice*` |
//! | 10 | the first sending arrives after the answer to the second | `connections::a_first_sending_that_arrives_after_the_answer_to_the_second_runs_nothing` |
//! | 11 | a definitive refusal | `faults::a_definitive_refusal_is_final_and_the_next_intent_is_free`, `faults::a_temporary_refusal_is_final_for_its_key_and_says_retry` |
//! | 12 | a refusal after a success whose answer was lost | `faults::a_lost_success_and_a_lost_key_at_toss_need_an_operator_and_pay_nothing_twice` |
//! | 13 | somebody cancels at the console between reading and sending | `faults::somebody_cancels_at_the_console_between_the_reading_and_the_sending` |
//! | 14 | somebody cancels the same amount at the console | `faults::somebody_cancels_the_same_amount_at_the_console_while_the_outcome_is_unknown` |
//! | 15 | two admins at once | `faults::two_admins_at_once_make_one_cancel` |
//! | 16 | the caller's key with another amount | `faults::the_same_key_with_another_amount_is_a_conflict` |
//! | 17 | Toss answers with a cancel of another amount | the machine's own test `an_answer_without_a_new_cancel_or_of_another_amount_needs_an_operator`: the bytes under a key never change, so no server can be brought to it |
//! | 18 | a key that Toss may have forgotten by now | `faults::a_key_of_fourteen_days_is_not_sent_again` |
//! | 19 | Toss loses its keys | as 12 |
//! | 20 | Toss shows an old state | `faults::an_old_reading_is_caught_by_the_lock_on_the_balance` |
//! | 21 | Toss cannot show the payment | `faults::toss_cannot_show_the_payment_while_the_outcome_is_unknown` |
//! | 22 | 429, also with a time to wait; Toss documents none, and the program's own pauses grow | `lost_answers::too_many_requests`, `connections::too_many_requests_with_a_time_to_wait_are_waited_for` |
//! | 23 | the API key is refused, or replaced while an outcome is open | `connections::a_key_that_toss_refuses*`, `connections::under_another_key_of_the_settings_nothing_is_sent_until_the_old_one_is_back` |
//! | 24 | the clock jumps by an hour, and a lease with it | `clocks::*` |
//! | | the clocks of replicas differ, by seconds, a minute or an hour | `replica_clocks::*` |
//! | 25 | the database is full, takes no writes, is held, or refuses any one commit | `databases::*` |
//! | 26 | PostgreSQL is gone during a commit, whose outcome is not known | `databases::on_*_each_commit_of_a_cancel_may_fail_or_its_answer_be_lost`, `databases::postgres_cuts_its_connections_again_and_again_also_during_commits` |
//! | 27 | the power fails while SQLite writes | `power_cut::*` |
//! | 28 | a webhook before the answer, instead of it, after it, twice, forged | `hearsay::webhooks::*` |
//! | 29 | the import sees the cancel first | `hearsay::imports::*` |
//! | 30 | an amount in dollars | `faults::an_amount_in_dollars_goes_out_and_comes_back_as_dollars` |
//! | 31 | partial cancels to zero, and one won more | `faults::partial_cancels_to_zero_and_one_won_more` |
//! | 32 | a paid virtual account without a refund account | `offers::a_dry_run_meets_the_refusals_that_the_cancel_meets`; over the API in `tests/api` |
//! | 33 | no connection, no name, no TLS: provably not sent | `connections::a_connection_that_cannot_be_made*`; names and TLS in `tests/toss` |
//! | 34 | told to stop with fifty under way | `crowds::stopping::*` |
//! | 35 | a thousand wait after an hour's outage | `crowds::outage::*` |
//! | 36 | the reader of an outbox is down | there is no outbox: a change and its audit entry are one transaction, and nothing is published |
//! | 26a | SQLite's disk fills up at any of the commits of a cancel, and has room again; the commands that only read while it is full | `full_disks::*` |
//! | 26b | a process stands still with a lock in its hand | `frozen_replicas::*` |
//! | 26c | the path to PostgreSQL falls silent, nothing is closed | `silent_paths::*` |
//! | 26d | an older copy of the database is put back | `restores::*` |
//! | 37 | killed at every instant that matters, and at any other, for as long as one likes | `crash_points::*`, `killed::*` |
//! | 37a | frozen for some seconds at any moment under load, and gone on with, or killed frozen | `killed::freezes::*` |
//! | 37b | the disk is full again and again under load, at any moment | `killed::full_disks::*` |
//! | 37c | PostgreSQL crashes again and again under load, also where its own setting loses what it confirmed | `killed::restarts::*` |
//! | 37d | an older copy is put back under load, and every key is asked with again | `killed::restores::*` |

#![expect(
    clippy::unwrap_used,
    reason = "a test that meets the unexpected has failed"
)]

mod books;
#[path = "../support/postgres.rs"]
mod postgres;
mod program;
#[path = "../support/running.rs"]
mod running;
mod scene;
mod shop;
#[path = "../support/token.rs"]
mod token;
mod wire;

mod approval_deaths;
mod approvals;
mod clocks;
mod connections;
mod crash_points;
mod crowds;
mod databases;
mod faults;
mod frozen_replicas;
mod full_disks;
mod hearsay;
mod killed;
mod limits;
mod limits_in_force;
mod lost_answers;
mod marks;
mod new_words;
mod offers;
mod overseas;
mod payment_alone;
mod power_cut;
mod records;
mod replica_clocks;
mod restores;
mod silent_paths;
