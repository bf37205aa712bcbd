"""How the flows are put to work: settings, command line, server, demo county, benchmarks."""
