"""A synthetic county: settings, register and everything that arrives through a year. Same seed, same bytes.

No number made here can belong to a person: the month is always eighty more than a real one.
"""

from pathlib import Path

from deployments.demo.aaret import Register, make_year
from deployments.demo.grunnlag import Demo
from deployments.demo.innstillinger import LOGO, settings_bytes
from deployments.demo.krr import krr_bytes
from deployments.demo.svar import Svar, answers, write_answers
from tasks.filer import DATA, write_file

__all__ = ["Demo", "Svar", "answers", "write_answers", "write_demo"]


def write_demo(hjem: Path, demo: Demo, fra_ifjor: Register = ()) -> Register:
    """Write the county into a home: settings, logo, KRR's answers, the register at New Year and the post.

    Return the register after the autumn, which the next year's county takes as ``fra_ifjor``.
    """
    aaret = make_year(demo, fra_ifjor)
    filer = {
        "innstillinger.toml": settings_bytes(demo, hele=True),
        LOGO: (DATA / "demo" / LOGO).read_bytes(),
        "krr.json": krr_bytes(demo, aaret.folk),
        "demo/demo.toml": f"ungdom = {demo.ungdom}\nfro = {demo.fro}\naar = {demo.aar}\n".encode(),
        **aaret.filer,
    }
    for sti, innhold in filer.items():
        write_file(hjem / sti, innhold)
    return aaret.register
