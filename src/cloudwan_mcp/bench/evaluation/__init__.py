"""The evaluation kit: questions about estates whose answers are known without asking the server."""
