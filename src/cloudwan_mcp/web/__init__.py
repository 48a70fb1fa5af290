"""What people see of a running process: its memory, its calls and its alerts, in a browser and as JSON.

Importing the room is cheap: starlette and uvicorn are loaded when a dashboard starts.
"""
