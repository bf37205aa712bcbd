"""A stand-in for VIGO OT: the documented answer, given to whoever sends the documented headers."""

import json

from werkzeug import Request, Response

VEI = "/vigows/rest/ot"
NOKKEL = "kanarinokkel-7f3a"
FYLKE = "39"
SVAR = json.dumps(
    {
        "errorMessage": None,
        "antall": 1,
        "otungdommer": [
            {
                "person": {
                    "fornavn": "Foo 1", "etternavn": "Bar 1", "fdato": "14.05.2006", "fnr": "14850699950",
                    "epost": "foo.bar.1@test.no", "mobilnr": "41111111",
                },
                "otData": {"tilknytningnr": "11", "tilknytningnavn": "foo", "aktivitetskode": "OTUK"},
                "elevkurs": {"promrkode": "PK1", "promrnavn": "PK_TEST", "start": "10.11.2025", "slutt": "10.12.2025"},
            }
        ],
    },
    indent=1,
).encode()  # fmt: skip


def answer(request: Request) -> Response:
    """Answer as the service does; a test fails where the question is not the documented one."""
    assert request.method == "GET"
    assert request.headers["Accept"] == "application/json"
    if request.headers.get("api-key") != NOKKEL:
        return Response("", 401)
    if request.headers.get("fylkesnr") != FYLKE:
        return Response("", 403)
    return Response(SVAR, content_type="application/json;charset=UTF-8")
