"""What sellers do and have to do: tasks, activities, next steps."""
