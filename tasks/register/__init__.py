"""The register: one encrypted DuckDB file per county that remembers everything and forgets only by rule."""
