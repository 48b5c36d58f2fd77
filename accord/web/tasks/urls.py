from django.urls import path

from accord.web.tasks import tasks

urlpatterns = [
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/<int:pk>/done/", tasks.done, name="task-done"),
    path("tasks/<int:pk>/due/", tasks.due, name="task-due"),
    path("tasks/<int:pk>/deletion/", tasks.delete, name="task-delete"),
    path("tasks/<int:pk>/restoration/", tasks.restore, name="task-restore"),
]
