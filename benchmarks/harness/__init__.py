"""What `benchmarks/run.py` is made of: inputs, subjects, measuring, checks, projections, the report."""
