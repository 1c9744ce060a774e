"""The service over HTTP: discovery, hooks, health. Thin: it reads the request, calls the hook, writes the answer."""
