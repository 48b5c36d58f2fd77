from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    name = "accord.channels"
    label = "channels"

    def ready(self) -> None:
        from accord.channels import outbox, personal
        from accord.platform import doctor

        personal.register()
        doctor.offer(outbox.finding)
