"""Redact and code a parquet table of notes on Spark.

    pip install 'noteproc[spark]'
    spark-submit examples/spark_job.py notes.parquet coded.parquet

``notes.parquet`` has a column of ids that name nobody and a column of texts; ``coded.parquet`` gets one row for each,
with ``status`` and ``message`` where a note could not be done. The exit code is 1 where there was such a note.
"""

from __future__ import annotations

import argparse

from pyspark.sql import SparkSession

from noteproc.spark import process_df


def main() -> int:
    """Read, process, write, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--id-column", default="note_id")
    parser.add_argument("--text-column", default="text")
    args = parser.parse_args()
    spark = SparkSession.builder.appName("noteproc").getOrCreate()
    notes = spark.read.parquet(args.source)
    process_df(notes, note_id=args.id_column, text=args.text_column).write.mode("error").parquet(args.target)
    # Counted from what was written, so that no note is processed twice.
    counts = {
        row["status"]: row["count"] for row in spark.read.parquet(args.target).groupBy("status").count().collect()
    }
    print(", ".join(f"{count} {status}" for status, count in sorted(counts.items())))
    return 1 if set(counts) - {"done"} else 0


if __name__ == "__main__":
    raise SystemExit(main())
