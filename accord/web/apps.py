from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "accord.web"
    label = "web"

    def ready(self) -> None:
        """Let the timeline tell the events of the demo company."""
        from accord.demo import names

        names.declare()
