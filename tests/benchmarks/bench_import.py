"""CPU time of ``import autograd_lite`` beside ``import numpy``: medians over fresh processes.

python tests/benchmarks/bench_import.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys

_REPORT = "; import time; print(time.process_time())"


def cpu(code: str) -> float:
    """Seconds of CPU that a fresh interpreter takes for some code."""
    run = subprocess.run(
        [sys.executable, "-c", code + _REPORT], check=True, capture_output=True, text=True
    )
    return float(run.stdout)


def main() -> None:
    codes = ("pass", "import numpy", "import autograd_lite")
    for code in codes:  # a warm-up: byte code and the disk's cache
        cpu(code)
    times: dict[str, list[float]] = {code: [] for code in codes}
    for _ in range(15):
        for code in codes:
            times[code].append(cpu(code))
    medians = {code: statistics.median(seen) for code, seen in times.items()}
    for code, median in medians.items():
        print(f"{code:22} {1000 * median:7.1f} ms")
    print(
        f"ratio                  {medians['import autograd_lite'] / medians['import numpy']:7.2f}"
    )


if __name__ == "__main__":
    main()
