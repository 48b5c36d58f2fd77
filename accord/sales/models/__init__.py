from accord.sales.models.activity import Activity, Task
from accord.sales.models.deal import Deal, DealContact, DealLine, StageChange
from accord.sales.models.pipeline import CloseReason, Pipeline, Product, Stage

__all__ = [
    "Activity",
    "CloseReason",
    "Deal",
    "DealContact",
    "DealLine",
    "Pipeline",
    "Product",
    "Stage",
    "StageChange",
    "Task",
]
