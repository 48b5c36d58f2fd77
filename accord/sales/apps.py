from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "accord.sales"
    label = "sales"

    def ready(self) -> None:
        """Offer what sales knows to the folders below, which know nothing of it."""
        from accord.engine.segments.schema import Link
        from accord.people import bulk, fields, lake
        from accord.people import search as people_search
        from accord.people.identity import moving
        from accord.people.segments import tables
        from accord.platform import currencies
        from accord.platform.running import startup
        from accord.platform.transfer import targets
        from accord.sales import deal_contacts, deals, jobs, personal, search, tellers
        from accord.sales.fields import deal_fields
        from accord.sales.models import Deal, DealContact
        from accord.sales.pipeline import pipelines
        from accord.sales.transfer import deals as transfer_deals
        from accord.sales.transfer import products as transfer_products

        personal.register()
        fields.offer("deal", deal_fields)
        tables.offer_deals(Deal, Link(DealContact._meta.db_table, to="deal_id"))
        lake.offer(Deal, "deal")
        lake.offer_rows(DealContact)
        bulk.offer("deal", Deal, deals.change)
        people_search.offer(search.find)
        targets.offer("deals", transfer_deals.target)
        targets.offer("products", transfer_products.target)
        tellers.register()
        moving.watch(deal_contacts.watch)
        currencies.when_changed(jobs.reprice_soon)
        startup.when_ready(pipelines.ensure)
