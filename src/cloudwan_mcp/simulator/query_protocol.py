"""The two services beside Network Manager, STS and EC2, in the XML of the query protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from cloudwan_mcp.simulator.plan import REGIONS
from cloudwan_mcp.simulator.refusal import Refusal

if TYPE_CHECKING:
    from cloudwan_mcp.simulator.estate import Estate

_PAGE = 1000


def read_action(body: bytes, query: str) -> tuple[str, dict[str, str]]:
    """The action of a form request and its parameters."""
    form = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace") or query).items()}
    return form.get("Action", "Unknown"), form


def answer_sts(estate: Estate, service: str, action: str, request: str) -> str:
    """GetCallerIdentity: the account that owns the estate; other actions and services are not permitted."""
    if (service, action) != ("sts", "GetCallerIdentity"):
        raise Refusal("AccessDeniedException", f"User is not authorized to perform: {service}:{action}")
    arn = f"arn:aws:sts::{estate.owner}:assumed-role/NetworkReader/simulated"
    return (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
        f"<Arn>{arn}</Arn><UserId>AROASIMULATEDROLE:simulated</UserId><Account>{estate.owner}</Account>"
        f"</GetCallerIdentityResult><ResponseMetadata><RequestId>{request}</RequestId></ResponseMetadata>"
        "</GetCallerIdentityResponse>"
    )


def answer_ec2(estate: Estate, action: str, form: dict[str, str], region: str, request: str) -> str:
    """DescribeRegions, DescribeVpcs and DescribeSubnets; anything else is not permitted."""
    if action == "DescribeRegions":
        inner = "".join(
            f"<item><regionName>{name}</regionName><regionEndpoint>ec2.{name}.amazonaws.com</regionEndpoint>"
            "<optInStatus>opt-in-not-required</optInStatus></item>"
            for name in REGIONS
        )
        return _document(action, f"<regionInfo>{inner}</regionInfo>", request)
    if action not in ("DescribeVpcs", "DescribeSubnets"):
        raise Refusal(
            "AccessDeniedException", f"You are not authorized to perform this operation: ec2:{action}"
        )
    return _document(action, _inventory(estate, action, form, region), request)


def _inventory(estate: Estate, action: str, form: dict[str, str], region: str) -> str:
    start, limit = _window(form)
    chosen = estate.selection(
        "ListAttachments", CoreNetworkId=estate.networks[0].core_id, AttachmentType="VPC"
    )
    items: list[str] = []
    position = start
    while position < chosen.count and len(items) < limit:
        item = estate.item(
            "ListAttachments", position, CoreNetworkId=estate.networks[0].core_id, AttachmentType="VPC"
        )
        position += 1
        if item["EdgeLocation"] == region:
            items.append(_vpc(item) if action == "DescribeVpcs" else _subnet(item))
    token = f"<nextToken>{position}</nextToken>" if position < chosen.count else ""
    name = "vpcSet" if action == "DescribeVpcs" else "subnetSet"
    return f"<{name}>{''.join(items)}</{name}>{token}"


def _window(form: dict[str, str]) -> tuple[int, int]:
    limit, token = form.get("MaxResults", str(_PAGE)), form.get("NextToken", "0")
    if not limit.isdigit() or not 5 <= int(limit) <= _PAGE or not token.isdigit():
        raise Refusal("ValidationException", "MaxResults or NextToken is not valid")
    return int(token), int(limit)


def _vpc(item: dict[str, str]) -> str:
    name = item["ResourceArn"].rpartition("/")[2]
    return (
        f"<item><vpcId>{name}</vpcId><ownerId>{item['OwnerAccountId']}</ownerId><state>available</state>"
        "<cidrBlock>10.0.0.0/24</cidrBlock><isDefault>false</isDefault></item>"
    )


def _subnet(item: dict[str, str]) -> str:
    name = item["ResourceArn"].rpartition("/vpc-")[2]
    zone = f"{item['EdgeLocation']}a"
    return (
        f"<item><subnetId>subnet-{name}</subnetId><vpcId>vpc-{name}</vpcId><state>available</state>"
        f"<availabilityZone>{zone}</availabilityZone><cidrBlock>10.0.0.0/26</cidrBlock></item>"
    )


def _document(action: str, inner: str, request: str) -> str:
    return (
        f'<{action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>{request}</requestId>'
        f"{inner}</{action}Response>"
    )


def write_error(service: str, refusal: Refusal, request: str) -> str:
    """An error in the form each of the two services writes it in."""
    code = {"AccessDeniedException": "AccessDenied", "ExpiredTokenException": "ExpiredToken"}.get(
        refusal.code, refusal.code
    )
    inner = f"<Code>{code}</Code><Message>{escape(refusal.message)}</Message>"
    if service == "ec2":
        return f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{request}</RequestID></Response>"
    return (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        f"<Error><Type>Sender</Type>{inner}</Error><RequestId>{request}</RequestId></ErrorResponse>"
    )
