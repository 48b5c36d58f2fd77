from accord.channels.models.count import DaySalt, DayVisitor, PageCount
from accord.channels.models.message import Message
from accord.channels.models.receipt import FailedEvent, Receipt, SeenMessage, WriteKey

__all__ = [
    "DaySalt",
    "DayVisitor",
    "FailedEvent",
    "Message",
    "PageCount",
    "Receipt",
    "SeenMessage",
    "WriteKey",
]
