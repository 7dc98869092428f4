"""Run shards as a worker does, in a process that may be killed: `python -m tests.pipeline.shard_process`."""

from __future__ import annotations

import json
import sys

from orchestration.airflow.dags.shard_runner import Runner

if __name__ == "__main__":
    job = json.load(sys.stdin)
    settings = job["tap_settings"], job["target_settings"]
    Runner(**job["runner"], settings=lambda _: settings).run_all(job["shards"])
