from hostile.stages import FINE, Scene, tour


def test_without_a_trap_every_command_has_work_and_does_it(scene: Scene) -> None:
    assert tour(scene) == FINE
    assert scene.main.git("show", "main:src/shared.txt") == "one\nWP01 and WP02\nthree"
    assert scene.main.status() == ""
    assert not scene.folder.exists()
