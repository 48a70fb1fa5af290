"""endpoint: whether Network Manager answers, and what stands in between where it does not."""

from __future__ import annotations

from collections.abc import Iterable

from cloudwan_mcp.check import Check, Remark, address
from cloudwan_mcp.errors import CloudWanError, NotPermitted, TryAgain
from cloudwan_mcp.examination import LATE, Examination, hopeless

TLS = (
    "Have AWS_CA_BUNDLE name the file with your proxy's certificate authority; "
    "`openssl s_client -connect {host}:443 -showcerts` shows it."
)


def _look(found: Examination) -> Iterable[Remark]:
    place = found.place
    where = "" if isinstance(place, CloudWanError) else address(place.networkmanager)
    facts = {"url": where} | ({} if isinstance(place, CloudWanError) else {"sts": address(place.sts)})
    error = found.first
    if error is LATE:
        yield Remark("mend", f"{where or 'AWS'} has not answered in time.", _reach(where), facts)
    elif isinstance(error, NotPermitted) and hopeless(error):
        yield Remark("unknown", f"{where or 'AWS'} is not asked without credentials.", "", facts)
    elif hopeless(error) and isinstance(error, TryAgain):
        step = TLS.format(host=where.rpartition("//")[2]) if "SSL" in error.code else _reach(where)
        yield Remark("mend", f"{where} cannot be reached ({error.code}).", step, facts)
    elif isinstance(error, TryAgain) and error.code == "MalformedAnswer":
        yield Remark("mend", f"What answers at {where} is not AWS.", error.next_step, facts)
    elif isinstance(error, TryAgain):
        again = "Run `cloudwan-mcp doctor` again; lower CLOUDWAN_CONCURRENCY where it stays."
        yield Remark("note", f"{where} answers, but is busy ({error.code}).", again, facts)
    else:
        yield Remark("ok", f"{where} answers.", facts=facts)


def _reach(where: str) -> str:
    return (
        f"Check the network, HTTPS_PROXY and AWS_ENDPOINT_URL: `curl -sS -o /dev/null {where or 'URL'}` must "
        "connect from here."
    )


CHECK = Check("endpoint", _look)
