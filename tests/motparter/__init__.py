"""Stand-ins that bite: SvarUt, mail server, Maskinporten, KRR, SMS service, SFTP, on real sockets of this machine.

They follow the published specifications, keep what they have accepted, and can fail in every way a service fails:
``feil(...)`` scripts it. What no specification tells is marked «antatt». ``python -m tests.motparter`` runs them all,
but for SFTP.
"""
