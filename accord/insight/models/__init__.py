from accord.insight.models.credit import Credit, CreditedDeal, Watermark

__all__ = ["Credit", "CreditedDeal", "Watermark"]
