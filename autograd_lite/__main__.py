"""``python -m autograd_lite`` is the command line, which lives beside the visualiser."""

import runpy

if __name__ == "__main__":
    runpy.run_module("viz", run_name="__main__")
