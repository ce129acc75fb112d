"""Everything that feeds the backbone: kinds of source, probes, pulls, the simulator."""
