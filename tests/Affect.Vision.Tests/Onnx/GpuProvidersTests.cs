using Affect.Vision.Onnx;

namespace Affect.Vision.Tests.Onnx;

/// <summary>What ONNX Runtime 1.31.0 said on machines with and without a GPU.</summary>
public sealed class GpuProvidersTests
{
    [Theory]
    [InlineData(
        "[ErrorCode:Fail] /onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:2043 onnxruntime::Provider& onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library " +
        "/app/affect/libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open shared object file: No such file or directory\n",
        "libcublasLt.so.13: cannot open shared object file: No such file or directory.")]
    [InlineData("[ErrorCode:Fail] CUDA failure 100: no CUDA-capable device is detected", "[ErrorCode:Fail] CUDA failure 100: no CUDA-capable device is detected")]
    public void Cause_IsTheLoadersWords_WhereThereAreSome(string message, string cause) => Assert.Equal(cause, GpuProviders.CauseOf(message));

    [Fact]
    public void LackOfOperators_IsToldFromOtherFaults()
    {
        Assert.True(GpuProviders.LacksOperators(
            "[ErrorCode:Fail] This session contains graph nodes that are assigned to the default CPU EP, but fallback to CPU EP has been explicitly disabled by the user."));
        Assert.False(GpuProviders.LacksOperators("[ErrorCode:InvalidGraph] Load model failed: unknown operator"));
    }
}
