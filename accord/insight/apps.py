from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "accord.insight"
    label = "insight"

    def ready(self) -> None:
        from accord.insight import personal

        personal.register()
