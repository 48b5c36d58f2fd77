from django.urls import path

from accord.web.transfer import checks, exports, mappings, repairs, results, stages, uploads

urlpatterns = [
    path("imports/", results.every, name="settings-imports"),
    path("imports/new/", uploads.new, name="import-new"),
    path("imports/<int:pk>/", results.result, name="import"),
    path("imports/<int:pk>/map/", mappings.page, name="import-map"),
    path("imports/<int:pk>/mapping/", mappings.file, name="import-mapping"),
    path("imports/<int:pk>/stages/", stages.page, name="import-stages"),
    path("imports/<int:pk>/values/", repairs.page, name="import-values"),
    path("imports/<int:pk>/check/", checks.page, name="import-check"),
    path("imports/<int:pk>/start/", checks.start, name="import-start"),
    path("imports/<int:pk>/errors/", results.errors, name="import-errors"),
    path("imports/<int:pk>/origin/", results.origin, name="import-origin"),
    path("imports/<int:pk>/evidence/", results.evidence, name="import-evidence"),
    path("imports/<int:pk>/undo/", results.undo, name="import-undo"),
    path("imports/<int:pk>/discard/", results.discard, name="import-discard"),
    path("<listed:plural>/export/", exports.export, name="list-export"),
]
