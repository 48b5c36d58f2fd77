from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "accord.people"
    label = "people"

    def ready(self) -> None:
        # Every event name is known to every process, whatever it does first.
        from accord.people import contacts, lake, lifecycle, visitors  # noqa: F401
        from accord.people.consents import consent  # noqa: F401
        from accord.people.fields import colleagues
        from accord.people.identity import merging, moving  # noqa: F401
        from accord.people.privacy import erasing, tables
        from accord.people.segments import checking, lists, saving, turning  # noqa: F401
        from accord.people.timeline import captured, tellers
        from accord.people.transfer import companies as transfer_companies
        from accord.people.transfer import contacts as transfer_contacts
        from accord.platform.access import placeholders
        from accord.platform.running import startup
        from accord.platform.safekeeping import backups
        from accord.platform.transfer import targets

        moving.watch(lists.watch)
        lake.register()
        tables.register()
        backups.when_restored(erasing.restored)
        tellers.register()
        checking.register(lake.everybody)
        captured.register()
        targets.offer("contacts", transfer_contacts.target)
        targets.offer("companies", transfer_companies.target)
        startup.when_ready(lifecycle.ensure)
        placeholders.when_merged(colleagues.replace)
