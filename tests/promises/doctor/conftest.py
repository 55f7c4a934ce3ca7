from doctor.patients import patient
from project import project
from screencast import cast

__all__ = ["cast", "patient", "project"]
