"""The right of access: everything we hold about one youth and have done with it, as a PDF that she can read.

What is held where is declared in ``data/personopplysninger.csv``; what each part is called stands in
``data/maler/innsyn.toml``.
"""
