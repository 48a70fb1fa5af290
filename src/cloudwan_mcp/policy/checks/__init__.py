"""Every check of a policy document; a new one is its function and its line here."""

from __future__ import annotations

from cloudwan_mcp.policy.check import Check
from cloudwan_mcp.policy.checks import (
    edges,
    insertion,
    names,
    overrides,
    quotas,
    references,
    routing,
    routing_rules,
    rules,
    segments,
    shares,
    statics,
)

CHECKS: tuple[Check, ...] = (
    names.check_names,
    names.check_repeated_names,
    edges.check_asn_ranges,
    edges.check_asns,
    edges.check_inside_cidrs,
    references.check_references,
    segments.check_filters,
    segments.check_gateways,
    segments.check_reachable,
    shares.check_shares,
    shares.check_repeated_shares,
    insertion.check_bypasses,
    insertion.check_pairs,
    insertion.check_modes,
    insertion.check_groups,
    insertion.check_targets,
    overrides.check_overrides,
    statics.check_routes,
    statics.check_repeated_routes,
    rules.check_numbers,
    rules.check_dead,
    rules.check_contradictions,
    rules.check_swallowed,
    routing.check_version,
    routing.check_policies,
    routing.check_associations,
    routing_rules.check_values,
    routing_rules.check_dead,
    routing_rules.check_defaults,
    routing_rules.check_summaries,
    quotas.check_quotas,
)
