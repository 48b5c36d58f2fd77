from accord.insight.models.classing import Classing
from accord.insight.models.credit import Credit, CreditedDeal, Watermark

__all__ = ["Classing", "Credit", "CreditedDeal", "Watermark"]
