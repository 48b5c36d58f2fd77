from django.apps import AppConfig


class MarketingConfig(AppConfig):
    name = "accord.marketing"
    label = "marketing"

    def ready(self) -> None:
        """Offer what marketing knows to the folders below, which know nothing of it."""
        from accord.marketing import campaigns, personal, search
        from accord.marketing.fields import campaign_fields
        from accord.marketing.models import Campaign
        from accord.people import bulk, fields
        from accord.people import search as people_search

        personal.register()
        fields.offer("campaign", campaign_fields)
        bulk.offer("campaign", Campaign, campaigns.change)
        people_search.offer(search.find)
