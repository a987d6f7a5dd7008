using Affect.Vision.Detection;

namespace Affect.Vision.Alignment;

/// <summary>
/// Which way a head looks, in degrees. Yaw is positive to the subject's left, pitch positive up, roll positive clockwise in the picture. NaN where there are no
/// landmarks.
/// </summary>
public readonly record struct HeadPose(float YawDegrees, float PitchDegrees, float RollDegrees)
{
    public static readonly HeadPose Absent = new(float.NaN, float.NaN, float.NaN);
}

/// <summary>
/// Estimates the head pose from a detector's landmarks: the rotation, scale and shift of a rigid reference head whose weak-perspective picture (rotate, drop depth,
/// scale) is nearest to the landmarks, by damped Gauss-Newton. With the ears (MediaPipe detectors) six points are used, without them four.
/// It is a cue for filtering, not a measurement: one reference head stands for everybody, so a person's own proportions shift pitch by
/// up to about ten degrees and yaw by a few; docs/detectors.md gives the measured error. Both angles are limited to +-90.
/// </summary>
public static class HeadPoseEstimator
{
    private const int Parameters = 6;
    private const int Iterations = 12;

    /// <summary>
    /// Millimetres; x to the picture's right, y down, z towards the camera, origin between the eyes. Distances are those of MediaPipe's canonical face (google-ai-edge/mediapipe
    /// mediapipe/modules/face_geometry/data/canonical_face_model.obj): eye centres, nose tip (vertex 1), mouth centre (between 13 and 14), tragions (234, 454).
    /// </summary>
    private static readonly double[][] Reference =
    [
        [-31.5, 0, 0],
        [31.5, 0, 0],
        [0, 37.5, 37],
        [0, 64, 21],
        [-76.5, 19.5, -62],
        [76.5, 19.5, -62],
    ];

    public static HeadPose Estimate(in FaceDetection face)
    {
        if (!face.HasLandmarks)
        {
            return HeadPose.Absent;
        }

        Span<FacePoint> points = [face.RightEye, face.LeftEye, face.Nose, face.Mouth, face.RightEar, face.LeftEar];
        points = face.RightEar.IsPresent && face.LeftEar.IsPresent ? points : points[..4];
        double eyesX = face.LeftEye.X - face.RightEye.X;
        double eyesY = face.LeftEye.Y - face.RightEye.Y;
        double faceX = face.Mouth.X - ((face.LeftEye.X + face.RightEye.X) / 2.0);
        double faceY = face.Mouth.Y - ((face.LeftEye.Y + face.RightEye.Y) / 2.0);
        var scale = Math.Max(Math.Sqrt((eyesX * eyesX) + (eyesY * eyesY)) / 63, Math.Sqrt((faceX * faceX) + (faceY * faceY)) / 64);
        if (!(scale > 0) || !double.IsFinite(scale))
        {
            return HeadPose.Absent;
        }

        // The line from the eyes to the mouth is as good a start for the roll in profile, where the eyes fall together.
        Span<double> state =
        [
            0,
            0,
            Math.Atan2(eyesY - faceX, eyesX + faceY),
            scale,
            (face.LeftEye.X + face.RightEye.X) / 2.0,
            (face.LeftEye.Y + face.RightEye.Y) / 2.0,
        ];
        Solve(points, state);
        return new HeadPose(Degrees(state[0]), Degrees(state[1]), Degrees(state[2]));
    }

    private static float Degrees(double radians) => (float)(Math.IEEERemainder(radians, 2 * Math.PI) * 180 / Math.PI);

    private static void Solve(ReadOnlySpan<FacePoint> points, Span<double> state)
    {
        Span<double> residual = stackalloc double[12];
        Span<double> moved = stackalloc double[12];
        Span<double> jacobian = stackalloc double[12 * Parameters];
        Span<double> trial = stackalloc double[Parameters];
        Span<double> change = stackalloc double[Parameters];
        var rows = 2 * points.Length;
        var unit = state[3];
        var damping = 1e-2;
        var error = Residual(points, state, unit, residual);
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            for (var p = 0; p < Parameters; p++)
            {
                // Angles in radians, scale relative, shift in reference millimetres: one step size fits all.
                var size = 1e-5 * (p < 3 ? 1 : p == 3 ? unit : unit * 60);
                state.CopyTo(trial);
                trial[p] += size;
                Residual(points, trial, unit, moved);
                for (var r = 0; r < rows; r++)
                {
                    jacobian[(r * Parameters) + p] = (moved[r] - residual[r]) / size;
                }
            }

            Step(jacobian[..(rows * Parameters)], residual[..rows], damping, change);
            for (var p = 0; p < Parameters; p++)
            {
                trial[p] = state[p] - change[p];
            }

            trial[0] = Math.Clamp(trial[0], -Math.PI / 2, Math.PI / 2);
            trial[1] = Math.Clamp(trial[1], -Math.PI / 2, Math.PI / 2);
            var next = trial[3] > 0 ? Residual(points, trial, unit, moved) : double.PositiveInfinity;
            if (next < error)
            {
                trial.CopyTo(state);
                moved.CopyTo(residual);
                error = next;
                damping = Math.Max(damping / 5, 1e-6);
            }
            else
            {
                damping *= 10;
            }
        }
    }

    /// <summary>Landmark minus projected reference, in reference millimetres; returns the squared sum.</summary>
    private static double Residual(ReadOnlySpan<FacePoint> points, ReadOnlySpan<double> state, double unit, Span<double> residual)
    {
        var (sinYaw, cosYaw) = Math.SinCos(state[0]);
        var (sinPitch, cosPitch) = Math.SinCos(state[1]);
        var (sinRoll, cosRoll) = Math.SinCos(state[2]);
        var sum = 0.0;
        for (var i = 0; i < points.Length; i++)
        {
            var (x, y, z) = (Reference[i][0], Reference[i][1], Reference[i][2]);
            var (tiltedY, tiltedZ) = ((y * cosPitch) - (z * sinPitch), (y * sinPitch) + (z * cosPitch));
            var turnedX = (x * cosYaw) + (tiltedZ * sinYaw);
            var px = (state[3] * ((turnedX * cosRoll) - (tiltedY * sinRoll))) + state[4];
            var py = (state[3] * ((turnedX * sinRoll) + (tiltedY * cosRoll))) + state[5];
            residual[2 * i] = (px - points[i].X) / unit;
            residual[(2 * i) + 1] = (py - points[i].Y) / unit;
            sum += (residual[2 * i] * residual[2 * i]) + (residual[(2 * i) + 1] * residual[(2 * i) + 1]);
        }

        return sum;
    }

    /// <summary>Solves (JtJ + damping * diag(JtJ)) change = Jt residual by Cholesky factors.</summary>
    private static void Step(ReadOnlySpan<double> jacobian, ReadOnlySpan<double> residual, double damping, Span<double> change)
    {
        Span<double> normal = stackalloc double[Parameters * Parameters];
        for (var i = 0; i < Parameters; i++)
        {
            change[i] = 0;
            for (var r = 0; r < residual.Length; r++)
            {
                change[i] += jacobian[(r * Parameters) + i] * residual[r];
                for (var j = 0; j <= i; j++)
                {
                    normal[(i * Parameters) + j] += jacobian[(r * Parameters) + i] * jacobian[(r * Parameters) + j];
                }
            }

            normal[(i * Parameters) + i] = (normal[(i * Parameters) + i] * (1 + damping)) + 1e-12;
        }

        for (var i = 0; i < Parameters; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = normal[(i * Parameters) + j];
                for (var k = 0; k < j; k++)
                {
                    sum -= normal[(i * Parameters) + k] * normal[(j * Parameters) + k];
                }

                normal[(i * Parameters) + j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-18)) : sum / normal[(j * Parameters) + j];
            }
        }

        for (var i = 0; i < Parameters; i++)
        {
            for (var k = 0; k < i; k++)
            {
                change[i] -= normal[(i * Parameters) + k] * change[k];
            }

            change[i] /= normal[(i * Parameters) + i];
        }

        for (var i = Parameters - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < Parameters; k++)
            {
                change[i] -= normal[(k * Parameters) + i] * change[k];
            }

            change[i] /= normal[(i * Parameters) + i];
        }
    }
}
