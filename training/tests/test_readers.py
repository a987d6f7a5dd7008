"""Every reader on tiny files of its format, with its invalid marks."""
import pathlib
import tempfile
import unittest

import numpy as np
from PIL import Image

from affect_training.data import abaw, affectnet, ferplus, labels_folder, pseudo_run
from affect_training.data.faceset import FaceSet, Labels
from affect_training.labels import ACTION_UNITS, EXPRESSIONS

AU_HEADER = ",".join(ACTION_UNITS)


class ReaderTests(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def write(self, name: str, text: str) -> pathlib.Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def image(self, name: str, shade: int = 90) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (20, 16), (shade, shade, shade)).save(path)

    def test_abaw_va_masks_minus_five_and_numbers_frames_from_one(self):
        labels = abaw.read_challenge_file(self.write("va/clip_left.txt", "valence,arousal\n0.5,-0.25\n-5,-5\n-1,1\n"))
        self.assertEqual(labels.names, ["clip_left/00001.jpg", "clip_left/00002.jpg", "clip_left/00003.jpg"])
        np.testing.assert_array_equal(labels.va, np.array([[0.5, -0.25], [np.nan, np.nan], [-1, 1]], np.float32))
        self.assertEqual(set(labels.group), {"clip"})

    def test_abaw_expression_masks_minus_one_and_other(self):
        header = "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other"
        labels = abaw.read_challenge_file(self.write("ex/a.txt", f"{header}\n4\n-1\n7\n0\n"))
        winners = [EXPRESSIONS[row.argmax()] if not np.isnan(row).any() else None for row in labels.expression]
        self.assertEqual(winners, ["Happiness", None, None, "Neutral"])

    def test_abaw_aus_mask_each_unit_alone(self):
        labels = abaw.read_challenge_file(self.write("au/a.txt", f"{AU_HEADER}\n1,0,-1,0,0,0,1,0,0,0,1,0\n" + ",".join(["-1"] * 12) + "\n"))
        self.assertEqual(labels.au[0, 0], 1)
        self.assertTrue(np.isnan(labels.au[0, 2]))
        self.assertEqual(int(np.isnan(labels.au[0]).sum()), 1)
        self.assertTrue(np.isnan(labels.au[1]).all())

    def test_abaw1_aus_are_taken_by_name(self):
        labels = abaw.read_challenge_file(self.write("au1/a.txt", "AU1,AU2,AU4,AU6,AU12,AU15,AU20,AU25\n0,0,0,0,1,0,1,1\n"))
        row = dict(zip(ACTION_UNITS, labels.au[0]))
        self.assertEqual((row["AU12"], row["AU25"], row["AU15"]), (1, 1, 0))
        self.assertTrue(np.isnan(row["AU7"]) and np.isnan(row["AU26"]))

    def test_abaw_short_row_and_unknown_header_are_errors(self):
        with self.assertRaisesRegex(ValueError, "row 1"):
            abaw.read_challenge_file(self.write("bad/a.txt", "valence,arousal\n0,0\n0\n"))
        with self.assertRaisesRegex(ValueError, "header"):
            abaw.read_challenge_file(self.write("bad/b.txt", "x,y\n0,0\n"))

    def test_abaw_mtl_holds_all_tasks_with_their_own_masks(self):
        rows = ["v1/00001.jpg,0.1,0.2,3," + ",".join("101010101010"), "v1_right/00002.jpg,-5,-5,-1," + ",".join(["-1"] * 12)]
        labels = abaw.read_mtl_file(self.write("mtl.txt", "image,valence,arousal,expression,aus\n" + "\n".join(rows) + "\n"))
        self.assertEqual(EXPRESSIONS[labels.expression[0].argmax()], "Fear")
        np.testing.assert_array_equal(labels.au[0], np.tile([1, 0], 6))
        self.assertTrue(np.isnan(labels.va[1]).all() and np.isnan(labels.expression[1]).all() and np.isnan(labels.au[1]).all())
        self.assertEqual(labels.group, ["v1", "v1"])

    def test_abaw_read_merges_folders_and_leaves_out_missing_frames(self):
        self.write("va/clip.txt", "valence,arousal\n0.5,0.5\n0.1,0.1\n-5,-5\n")
        self.write("au/clip.txt", f"{AU_HEADER}\n" + "\n".join([",".join(["1"] * 12)] * 3) + "\n")
        for frame in (1, 3):
            self.image(f"frames/clip/{frame:05d}.jpg", shade=40 * frame)
        labels, load = abaw.read([str(self.folder / "va"), str(self.folder / "au")], str(self.folder / "frames"))
        self.assertEqual(labels.names, ["clip/00001.jpg", "clip/00003.jpg"])
        self.assertEqual(labels.held(), {"expression": 0, "va": 1, "au": 2})
        self.assertAlmostEqual(float(load(1).mean()), 120, delta=2)

    def test_affectnet_order_and_invalid_marks(self):
        header = "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal"
        self.image("1/a.jpg")
        table = self.write("a.csv", f"{header}\n1/a.jpg,2,3,10,8,,6,-0.4,0.8\n1/b.jpg,0,0,4,4,,8,-2,-2\n1/c.jpg,0,0,4,4,,1,0.9,0.1\n")
        labels, load = affectnet.read(str(table), str(self.folder))
        self.assertEqual(EXPRESSIONS[labels.expression[0].argmax()], "Anger")
        self.assertEqual(EXPRESSIONS[labels.expression[2].argmax()], "Happiness")
        self.assertTrue(np.isnan(labels.expression[1]).all() and np.isnan(labels.va[1]).all())
        self.assertEqual(load(0).shape, (8, 10, 3))

    def test_ferplus_votes(self):
        classes = ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF"]
        votes = np.array([[4, 0, 0, 1, 5, 0, 0, 0, 0, 0], [1, 2, 0, 0, 0, 0, 0, 0, 7, 0], [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]], np.uint8)
        train = ferplus.votes_to_probabilities(votes, classes, drop_single_votes=True)
        np.testing.assert_allclose(train[0, [EXPRESSIONS.index("Neutral"), EXPRESSIONS.index("Anger"), EXPRESSIONS.index("Sadness")]], [4 / 9, 5 / 9, 0], rtol=1e-6)
        self.assertTrue(np.isnan(train[1]).all())
        self.assertEqual(train[2, EXPRESSIONS.index("Sadness")], 1)
        test = ferplus.votes_to_probabilities(votes, classes, drop_single_votes=False)
        self.assertAlmostEqual(float(test[0, EXPRESSIONS.index("Sadness")]), 0.1, places=6)

    def test_ferplus_npz_reads_its_split(self):
        path = self.folder / "f.npz"
        images = np.arange(3, dtype=np.uint8)[:, None, None] * np.ones((3, 48, 48), np.uint8)
        np.savez(path, images=images, votes=np.eye(3, 10, dtype=np.uint8) * 9, split=np.array([0, 2, 0]),
                 classes=np.array(["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF"]))
        labels, load = ferplus.read(path, "train")
        self.assertEqual(labels.names, ["0", "2"])
        self.assertEqual((load(1).shape, int(load(1)[0, 0, 0])), ((48, 48, 3), 2))

    def test_labels_folder_takes_what_is_there(self):
        self.image("a.jpg")
        self.write("labels.csv", "image,valence,arousal,expression,AU01,AU12,AU43\na.jpg,0.5,,happy,0.7,-1,1\nb.jpg,-5,0.2,weird,,1,0\n")
        labels, load = labels_folder.read(self.folder)
        self.assertEqual(EXPRESSIONS[labels.expression[0].argmax()], "Happiness")
        self.assertTrue(np.isnan(labels.expression[1]).all())
        self.assertAlmostEqual(float(labels.au[0, ACTION_UNITS.index("AU1")]), 0.7, places=6)
        self.assertTrue(np.isnan(labels.au[0, ACTION_UNITS.index("AU12")]))
        self.assertEqual(labels.au[1, ACTION_UNITS.index("AU12")], 1)
        np.testing.assert_array_equal(np.isnan(labels.va), [[False, True], [True, False]])
        self.assertEqual(load(0).shape, (16, 20, 3))

    def test_folder_without_table_is_unlabelled(self):
        self.image("x/b.png")
        labels, _ = labels_folder.read(self.folder)
        self.assertEqual((labels.names, labels.held()), (["x/b.png"], {"expression": 0, "va": 0, "au": 0}))

    def test_pseudo_run_reads_rows_with_crops(self):
        for name in ("7_0", "9_0", "10_0"):
            self.image(f"crops/v/{name}.png")
        table = self.write("labels.csv", "video,frame,face,valence,arousal,expr_Neutral,expr_Happiness,expr_Other,AU12,AU25\n"
                                         "v,7,0,0.3,0.1,0.2,0.6,0.2,0.9,\nv,8,,,,,,,,\nv,9,0,,,0.1,0.2,0.7,0.9,0.1\n"
                                         "v,10,0,0,0,0.5,0.5,0,0,0\nv,11,0,0.3,0.1,0.5,0.5,0,0.9,0.1\n")
        labels, _ = pseudo_run.read(str(table), str(self.folder / "crops"), minimum_confidence=0.55, weight=0.5)
        self.assertEqual(labels.names, ["v/7_0.png", "v/9_0.png", "v/10_0.png"])
        self.assertAlmostEqual(float(labels.expression[0, EXPRESSIONS.index("Happiness")]), 0.75, places=6)
        self.assertTrue(np.isnan(labels.au[0, ACTION_UNITS.index("AU25")]))
        self.assertTrue(np.isnan(labels.expression[1:]).all())
        self.assertTrue(np.isnan(labels.va[1]).all())
        self.assertEqual(labels.weight[0].tolist(), [0.5, 0.5, 0.5])
        self.assertEqual(set(labels.group), {"v"})

    def test_pseudo_run_names_the_way_to_read_parquet(self):
        try:
            import pyarrow  # noqa: F401
            self.skipTest("pyarrow is installed")
        except ImportError:
            with self.assertRaisesRegex(ValueError, "CSV"):
                pseudo_run.read(str(self.folder / "labels.parquet"), str(self.folder))

    def test_faceset_round_trip(self):
        labels = Labels.empty(["a", "b"], ["g", "g"])
        labels.va[0] = [0.25, -0.5]
        FaceSet("x", np.zeros((2, 8, 8, 3), np.uint8), labels).save(self.folder / "x.npz")
        back = FaceSet.load(self.folder / "x.npz")
        self.assertEqual((back.labels.names, back.labels.group), (["a", "b"], ["g", "g"]))
        np.testing.assert_array_equal(back.labels.va, labels.va)
