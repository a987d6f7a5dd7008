namespace Affect.Core.Tracking;

/// <summary>A face followed so far: last box, velocity, looks. Moves at constant velocity between observations.</summary>
internal sealed class Track
{
    /// <summary>
    /// Time constant of the velocity estimate. Boxes jitter by some 2 % of their size: from one frame to the next at 25 frames a second that alone is half a
    /// face size a second, averaged over 0.2 s it is a tenth.
    /// </summary>
    private const double VelocitySeconds = 0.2;

    /// <summary>Faces turn round and stop: an unseen face is expected to have come to rest with this time constant.</summary>
    private const double CoastSeconds = 0.4;

    /// <summary>Time constant of the remembered appearance.</summary>
    private const double AppearanceSeconds = 1.0;

    private FaceObservation _last;
    private double _velocityX;
    private double _velocityY;
    private Thumbnail? _lastLook;
    private Thumbnail? _meanLook;

    public Track(int id, double time, in FaceObservation face, Thumbnail? look)
    {
        Id = id;
        LastSeconds = time;
        _last = face;
        _lastLook = look;
        _meanLook = look;
    }

    public int Id { get; }

    /// <summary>When the face was seen last.</summary>
    public double LastSeconds { get; private set; }

    /// <summary>Where the face should be now.</summary>
    public FaceObservation Predict(double time)
    {
        var coasted = CoastSeconds * (1 - Math.Exp(-(time - LastSeconds) / CoastSeconds));
        return _last with { CentreX = _last.CentreX + (_velocityX * coasted), CentreY = _last.CentreY + (_velocityY * coasted) };
    }

    /// <summary>The better of the correlations with the last and the remembered look, in [-1, 1]; null where one side has none.</summary>
    public double? Likeness(Thumbnail? look) => look is null || _lastLook is null
        ? null
        : Math.Max(look.Correlation(_lastLook), look.Correlation(_meanLook!));

    public void Update(double time, in FaceObservation face, Thumbnail? look)
    {
        var seconds = time - LastSeconds;
        var gain = 1 - Math.Exp(-seconds / VelocitySeconds);
        _velocityX += gain * (((face.CentreX - _last.CentreX) / seconds) - _velocityX);
        _velocityY += gain * (((face.CentreY - _last.CentreY) / seconds) - _velocityY);
        _last = face;
        LastSeconds = time;
        if (look is not null)
        {
            _meanLook = _meanLook?.Towards(look, 1 - Math.Exp(-seconds / AppearanceSeconds)) ?? look;
            _lastLook = look;
        }
    }
}
