from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    MANAGER = "manager", "Manager"
    MARKETER = "marketer", "Marketer"
    SELLER = "seller", "Seller"
    ANALYST = "analyst", "Analyst"
    READ_ONLY = "read_only", "Read-only"


class UserManager(BaseUserManager["User"]):
    def people(self) -> models.QuerySet[User]:
        """Everybody who may own records: active, placeholder or switched off; not merged away."""
        return self.filter(merged_into=None)

    def with_password(self) -> models.QuerySet[User]:
        """Everybody who has an account of their own: no placeholders, nobody merely invited."""
        return self.people().exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person of the company. Without an e-mail address or password: a placeholder."""

    class Theme(models.TextChoices):
        AUTO = "auto", "As the device"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    email = models.EmailField(
        max_length=320, unique=True, null=True, blank=True, help_text="Lower case."
    )
    name = models.CharField(max_length=200, blank=True)
    roles = ArrayField(models.CharField(max_length=20, choices=Role), default=list, blank=True)
    team = models.ForeignKey(
        "platform.Team", models.SET_NULL, null=True, blank=True, related_name="members"
    )
    is_active = models.BooleanField(default=True, help_text="May sign in.")
    merged_into = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        help_text="A placeholder whose records another person took over.",
    )
    external_id = models.CharField(max_length=200, blank=True)
    import_id = models.BigIntegerField(null=True, editable=False)
    theme = models.CharField(max_length=5, choices=Theme, default=Theme.AUTO)
    single_keys = models.BooleanField(default=True)
    checklist_hidden = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects = UserManager()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name or self.email or f"User {self.pk}"

    @property
    def is_placeholder(self) -> bool:
        """Owns records but has never been able to sign in."""
        return not self.is_active and not self.has_usable_password()


class Team(models.Model):
    name = models.CharField(max_length=120, unique=True)
    lead = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="leads")
    import_id = models.BigIntegerField(null=True, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class OneTimeLink(models.Model):
    """A link that works once: first set-up, or an invitation. Only its hash is kept."""

    class Kind(models.TextChoices):
        SETUP = "setup", "First set-up"
        INVITE = "invite", "Invitation"

    kind = models.CharField(max_length=10, choices=Kind)
    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
