from screencast import cast

__all__ = ["cast"]
