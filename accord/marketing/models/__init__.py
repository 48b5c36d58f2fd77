from accord.marketing.models.campaign import Campaign, CampaignCost
from accord.marketing.models.form import (
    Confirmation,
    Form,
    FormDay,
    FormVersion,
    Proposal,
    Submission,
)

__all__ = [
    "Campaign",
    "CampaignCost",
    "Confirmation",
    "Form",
    "FormDay",
    "FormVersion",
    "Proposal",
    "Submission",
]
