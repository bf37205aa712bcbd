"""The decoding scanner: looks for given people in everything that lies in a folder, however it is wrapped.

It is a proof tool, so it fails closed: what it cannot open is a finding too (``ULEST``). It is itself proven on
canaries planted in every encoding that it knows (``test_skanner.py``).

What it cannot see: text that a plain DuckDB file keeps compressed in blocks that no table uses any more (let the twin
be written with ``SET force_compression = 'uncompressed'``), pictures of text, and a deleted SQLite value that lies on
pages which do not follow each other.
"""

from tests.skanner.skann import ULEST, Funn, scan

__all__ = ["ULEST", "Funn", "scan"]
