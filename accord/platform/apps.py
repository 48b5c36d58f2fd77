from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "accord.platform"
    label = "platform"

    def ready(self) -> None:
        from accord.platform.transfer import targets, users

        targets.offer("users", users.target)
