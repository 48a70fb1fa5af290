"""Front door: the dashboard of a process's memory, its metrics and its alerts."""

from cloudwan_mcp.web.alert import Alert, Notice, Rule, default_rules
from cloudwan_mcp.web.alerts import Alerts
from cloudwan_mcp.web.collector import MetricsCollector
from cloudwan_mcp.web.dashboard import MemoryDashboard, create_memory_dashboard
from cloudwan_mcp.web.metric import component_metric

__all__ = [
    "Alert",
    "Alerts",
    "MemoryDashboard",
    "MetricsCollector",
    "Notice",
    "Rule",
    "component_metric",
    "create_memory_dashboard",
    "default_rules",
]
