"""The match of `cargo bench --bench recompute`, done by polars over parquet:

    python benches/match_in_polars.py 1000000

It makes the same payments, transactions and settlement rows as parquet, and the verdicts on them, which it keeps as
parquet too; then it runs itself three times, each run a process of its own whose whole life is measured: reading all four
files, matching every settlement row with its event, every equality that the engine holds such rows to, each payment's
sums and verdict, and comparing each of them with the kept one. Nothing may differ, and nothing may disagree.

What these rows never have is left out: cancels of a payment that was read, requests of ours, rows without a key, rows that
were replaced, days that were not read, statuses that are not known.
"""

import os
import subprocess
import sys
import tempfile
import time

import polars as pl
from polars import col

DAY = 86_400_000
KST = 9 * 3_600_000
START = 1_772_377_200_000  # 2026-03-02T00:00+09:00
AS_OF = START + 40 * DAY

# Kind of payment, place, seconds after its beginning, status and won.
EVENTS = [(kind, 0, 0, "DONE", 10_000) for kind in (0, 1)]
EVENTS += [(kind, 1, 86_400, "CANCELED", 10_000) for kind in (0, 1)]
EVENTS += [(2, 0, 0, "WAITING_FOR_DEPOSIT", 0), (2, 1, 60, "DONE", 22_400)]
EVENTS += [(2, 2, 120, "WAITING_FOR_DEPOSIT", 0), (2, 3, 180, "CANCELED", 22_400)]
EVENTS += [(kind, 0, 0, "WAITING_FOR_DEPOSIT", 0) for kind in range(3, 9)]
EVENTS += [(kind, 1, 60, "DONE", 22_400) for kind in range(3, 9)]
EVENTS += [(9, 0, 0, "DONE", 15_000), (9, 1, 86_400, "PARTIAL_CANCELED", 3_000)]
# Kind of payment, the place of the event, days after its beginning and won.
ROWS = [(9, 0, 0, 15_000), (9, 1, 1, -3_000)]
ROWS += [(kind, 0, 0, 10_000) for kind in (0, 1)] + [(kind, 1, 1, -10_000) for kind in (0, 1)]
ROWS += [(kind, 1, 0, 22_400) for kind in range(3, 9)]

MONEY = ["paid", "voided", "effective_refund", "settled", "fees", "paid_out"]
CHECKS = [
    "duplicated", "settled_void", "orphan", "currency_differs", "amount_differs", "fee_differs", "pay_out_differs",
    "sign_differs", "missing", "transactions_unread", "settlements_unread",
]


def make(folder, payments):
    """The rows, as the benchmark's SQL makes them."""
    place = col("n") % 30
    method = pl.when((col("n") % 10).is_between(2, 8)).then(pl.lit("가상계좌")).otherwise(pl.lit("카드"))
    n = pl.DataFrame({"n": range(payments)}).with_columns(
        of=col("n") % 10,
        began_at=START + place * DAY + col("n") // 30 % 80_000 * 1_000,
        mid=pl.lit("shop"),
        payment_key=pl.format("tpay{}", "n"),
        order_id=pl.format("order-{}", "n"),
        method=method,
        currency=pl.lit("KRW"),
    )

    def each(table, names):
        kinds = {"of": pl.Int64, "place": pl.Int64}
        frame = pl.DataFrame(table, schema={**kinds, **names}, orient="row")
        return n.join(frame, on="of").with_columns(transaction_key=pl.format("ttx{}-{}", "n", "place"))

    n.select("payment_key", "mid", "order_id", "method", "currency", "began_at").write_parquet(f"{folder}/payments.parquet")
    each(EVENTS, {"after": pl.Int64, "status": pl.String, "amount": pl.Int64}).select(
        "mid", "transaction_key", "payment_key", "order_id", "method", "status", "amount", "currency",
        listed_position="place", transaction_at=col("began_at") + col("after") * 1_000,
    ).write_parquet(f"{folder}/transactions.parquet")
    # Integer division of SQL truncates, also what is negative.
    fee = col("amount").abs() * 231 // 10_000 * col("amount").sign()
    supply = fee.abs() * 10 // 11 * fee.sign()
    sold = pl.date(2026, 3, 2) + pl.duration(days=place + col("days"))
    each(ROWS, {"days": pl.Int64, "amount": pl.Int64}).select(
        "mid", "transaction_key", "payment_key", "order_id", "method", "currency", "amount",
        kind=pl.when(col("amount") > 0).then(pl.lit("PAYMENT")).otherwise(pl.lit("CANCEL")),
        fee=fee, supply_amount=supply, vat=fee - supply, pay_out_amount=col("amount") - fee, approved_at="began_at",
        sold_date=sold, paid_out_date=sold + pl.duration(days=7),
    ).write_parquet(f"{folder}/settlements.parquet")


def verdicts(folder):
    """The verdict on every payment, with its sums and what disagrees."""
    scan = lambda name: pl.scan_parquet(f"{folder}/{name}.parquet")
    is_cancel = col("status").is_in(["CANCELED", "PARTIAL_CANCELED"])
    is_account = col("method") == "가상계좌"
    rank = col("status").replace_strict(
        {"WAITING_FOR_DEPOSIT": 2, "DONE": 3, "PARTIAL_CANCELED": 4, "CANCELED": 5}, return_dtype=pl.Int8
    )
    # The walk: what is held before a row is what came less what went back since the last bounce, which takes all of it.
    walk = scan("transactions").sort("payment_key", "transaction_at", rank, "listed_position", "transaction_key")
    signed = pl.when(col("status") == "DONE").then("amount").when(is_cancel).then(-col("amount")).otherwise(0)
    is_issue = (col("status") == "WAITING_FOR_DEPOSIT") & is_account
    walk = walk.with_columns(signed=signed, issues=is_issue.cum_sum().over("payment_key"))
    walk = walk.with_columns(
        held=col("signed").cum_sum().over("payment_key", "issues"),
        deposited=(col("status") == "DONE").cum_sum().over("payment_key", "issues") > 0,
    )
    held_before = col("held").shift(1, fill_value=0).over("payment_key")
    walk = walk.with_columns(
        is_bounce=is_issue & (held_before > 0),
        is_void=is_cancel & is_account & ~col("deposited"),
        held_before=held_before,
    ).with_columns(
        moved=pl.when("is_void").then(0).when("is_bounce").then(-col("held_before")).otherwise("signed"),
        sold=pl.from_epoch(col("transaction_at") + KST, "ms").dt.date(),
    )
    # A deposit that bounced whole is due a row only together with its bounce: rows for both or for neither.
    bounces_next = (
        pl.when(col("is_bounce").any().over("payment_key"))
        .then(col("is_bounce").shift(-1, fill_value=False).over("payment_key"))
        .otherwise(False)
    )
    walk = walk.with_columns(is_due=(col("moved") != 0) & ~col("is_bounce") & ~bounces_next)

    matched = walk.join(
        scan("settlements").with_row_index("row"), on=["mid", "transaction_key"], how="full", coalesce=True, suffix="_row"
    )
    has_row, has_event = col("row").is_not_null(), col("status").is_not_null()
    both = has_row & has_event
    less_fee = col("amount_row") - col("fee")
    # A row is late once the business day after the one on which Toss publishes it has passed: no weekend is longer.
    late = pl.lit(AS_OF - 4 * DAY)
    day_end = lambda days: (days.cast(pl.Datetime("ms")).dt.epoch("ms") - KST) + DAY
    checks = {
        "settled_void": both & col("is_void"),
        "orphan": has_row & ~has_event,
        "currency_differs": both & (col("currency_row") != col("currency")),
        "amount_differs": both & ~col("is_void") & (col("amount_row") != col("moved")),
        "fee_differs": has_row & (col("supply_amount") + col("vat") != col("fee")),
        "pay_out_differs": has_row & (less_fee != col("pay_out_amount")),
        "sign_differs": has_row
        & ((col("fee").sign() * col("amount_row").sign() < 0) | (col("pay_out_amount").sign() * col("amount_row").sign() < 0)),
        "missing": ~has_row & col("is_due") & (day_end(col("sold")) < late),
        "transactions_unread": has_event & ~col("transaction_at").is_between(START, START + 39 * DAY, closed="left"),
        "settlements_unread": has_row & ~col("sold_date").is_between(pl.date(2026, 3, 2), pl.date(2026, 4, 9)),
    }
    events = col("transaction_key").n_unique()
    grouped = (
        matched.with_columns(payment_key=pl.coalesce("payment_key", "payment_key_row"))
        .group_by("payment_key")
        .agg(
            (pl.len() - events).alias("duplicated"),
            *[found.sum().alias(name) for name, found in checks.items()],
            paid=pl.when(~is_cancel).then("moved").sum(),
            voided=pl.when("is_void").then("amount").sum(),
            effective_refund=pl.when(is_cancel).then(-col("moved")).sum(),
            settled=col("amount_row").sum(),
            fees=col("fee").sum(),
            paid_out=col("pay_out_amount").sum(),
            waiting=(~has_row & col("is_due")).sum(),
        )
    )
    disagrees = pl.sum_horizontal(CHECKS[:-2]) > 0
    unread = pl.sum_horizontal(CHECKS[-2:]) > 0
    return scan("payments").join(grouped, on="payment_key", how="left").with_columns(
        verdict=pl.when(unread).then(pl.lit("INCOMPLETE")).when(disagrees).then(pl.lit("DISCREPANT"))
        .when(col("waiting") > 0).then(pl.lit("PENDING")).otherwise(pl.lit("RECONCILED")),
    )


def compare(folder):
    """Prints how many verdicts were made, how many differ from the kept ones, and how many are not in order."""
    same = [col(name).eq_missing(col(f"{name}_kept")) for name in ["mid", "began_at", "verdict", *MONEY, *CHECKS]]
    kept = pl.scan_parquet(f"{folder}/verdicts.parquet")
    made, differ, wrong = (
        verdicts(folder)
        .join(kept, on="payment_key", how="full", suffix="_kept")
        .select(
            pl.len().alias("made"),
            (~pl.all_horizontal(same)).sum().alias("differ"),
            (col("verdict") != "RECONCILED").sum().alias("wrong"),
        )
        .collect()
        .row(0)
    )
    print(f"{made} payments matched, {differ} differ from what was kept, {wrong} are not reconciled", end=", ", flush=True)
    sys.exit(1 if differ or wrong else 0)


def main():
    if sys.argv[1:2] == ["compare"]:
        compare(sys.argv[2])
    payments = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        make(folder, payments)
        verdicts(folder).collect().write_parquet(f"{folder}/verdicts.parquet")
        for _ in range(3):
            began, before = time.perf_counter(), os.times()
            subprocess.run([sys.executable, __file__, "compare", folder], check=True)
            after = os.times()
            cpu = after.children_user + after.children_system - before.children_user - before.children_system
            print(f"the whole process in {time.perf_counter() - began:.1f} s, {cpu:.1f} s of the processors")


if __name__ == "__main__":
    main()
