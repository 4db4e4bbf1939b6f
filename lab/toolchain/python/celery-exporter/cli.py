# The command of celery-exporter's image, which its package on PyPI leaves out.
from src.cli import cli

if __name__ == "__main__":
    cli(auto_envvar_prefix="CE")
