"""The match of `cargo bench --bench recompute`, done by polars over parquet: `python benches/match_in_polars.py 1000000`.

It makes the same rows, writes them as parquet, and measures reading them back, joining settlements to transactions on
merchant and transaction key, and one comparison of amounts per payment: a part of what a verdict is made of.
"""
import sys, tempfile, time
import polars as pl

payments = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
events = [(k, 0, "DONE", 10000) for k in (0, 1)] + [(k, 1, "CANCELED", 10000) for k in (0, 1)]
events += [(2, 0, "WAITING_FOR_DEPOSIT", 0), (2, 1, "DONE", 22400), (2, 2, "WAITING_FOR_DEPOSIT", 0), (2, 3, "CANCELED", 22400)]
events += [(k, p, s, w) for k in range(3, 9) for p, s, w in ((0, "WAITING_FOR_DEPOSIT", 0), (1, "DONE", 22400))]
events += [(9, 0, "DONE", 15000), (9, 1, "PARTIAL_CANCELED", 3000)]
rows = [(9, 0, 15000), (9, 1, -3000)] + [(k, 0, 10000) for k in (0, 1)] + [(k, 1, -10000) for k in (0, 1)]
rows += [(k, 1, 22400) for k in range(3, 9)]

n = pl.DataFrame({"n": range(payments)}).with_columns(kind=pl.col("n") % 10)
def keyed(frame):
    return frame.with_columns(
        mid=pl.lit("shop"),
        payment_key=pl.format("tpay{}", "n"),
        transaction_key=pl.format("ttx{}-{}", "n", "place"),
        order_id=pl.format("order-{}", "n"),
    ).drop("n", "kind")
kinds = {"kind": pl.Int64, "place": pl.Int64}
transactions = keyed(n.join(pl.DataFrame(events, schema={**kinds, "status": pl.String, "amount": pl.Int64}, orient="row"), on="kind"))
settlements = keyed(n.join(pl.DataFrame(rows, schema={**kinds, "settled": pl.Int64}, orient="row"), on="kind"))
with tempfile.TemporaryDirectory() as folder:
    transactions.write_parquet(f"{folder}/transactions.parquet")
    settlements.write_parquet(f"{folder}/settlements.parquet")
    del transactions, settlements
    for _ in range(3):
        began = time.perf_counter()
        verdicts = (
            pl.scan_parquet(f"{folder}/transactions.parquet")
            .join(pl.scan_parquet(f"{folder}/settlements.parquet"), on=["mid", "transaction_key"], how="left")
            .with_columns(
                moved=pl.when(pl.col("status") == "DONE").then(pl.col("amount"))
                .when(pl.col("status").str.contains("CANCELED")).then(-pl.col("amount")).otherwise(0)
            )
            .group_by("payment_key")
            .agg(wrong=(pl.col("settled").is_not_null() & (pl.col("settled") != pl.col("moved"))).sum(),
                 missing=(pl.col("settled").is_null() & (pl.col("moved") != 0)).sum(), paid=pl.col("moved").sum())
            .collect()
        )
        print(f"{verdicts.height} payments matched in {time.perf_counter() - began:.2f} s")
