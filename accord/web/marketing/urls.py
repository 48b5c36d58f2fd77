from django.urls import path

from accord.web.marketing import campaigns, costs

urlpatterns = [
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/new/", campaigns.new, name="campaign-new"),
    path("campaigns/<int:pk>/", campaigns.campaign, name="campaign"),
    path("campaigns/<int:pk>/change/", campaigns.change, name="campaign-change"),
    path("campaigns/<int:pk>/deletion/", campaigns.delete, name="campaign-delete"),
    path("campaigns/<int:pk>/restoration/", campaigns.restore, name="campaign-restore"),
    path("campaigns/<int:pk>/costs/", costs.add, name="campaign-costs"),
    path("campaigns/<int:pk>/costs/<int:cost>/removal/", costs.remove, name="campaign-cost-remove"),
]
