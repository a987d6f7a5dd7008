using System.Diagnostics;
using Affect.Storage.Objects;

namespace Affect.Storage.Tests.Objects;

public sealed class AzureBlobOptionsTests
{
    private const string Secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQ=";

    public static TheoryData<string> Malformed => ["connection", "sas", "sas without signature", "key"];

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Malformed_NamesTheVariableAndNeverTheSecret(string kind)
    {
        var options = kind switch
        {
            "connection" => new AzureBlobOptions { ConnectionString = $"AccountKey={Secret};nonsense" },
            "sas" => new AzureBlobOptions { SasUrl = $"not a url sig={Secret}" },
            "sas without signature" => new AzureBlobOptions { SasUrl = $"https://{Secret[..6]}.blob.core.windows.net/" },
            _ => new AzureBlobOptions { AccountName = "name", AccountKey = $"not base64 {Secret}" },
        };
        var error = Assert.Throws<ArgumentException>(() => ObjectStoreFactory.Open("az://container/x", options));
        Assert.Contains("AZURE_STORAGE_", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("c2Vjcm", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, options.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void None_SaysWhatToSet()
    {
        var error = Assert.Throws<ArgumentException>(() => ObjectStoreFactory.Open("az://container", new AzureBlobOptions()));
        Assert.Contains("AZURE_STORAGE_CONNECTION_STRING", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sas_OfAnAccountOrContainer_OpensTheContainerAsked()
    {
        foreach (var address in new[] { "https://acc.blob.core.windows.net/?sv=2022-11-02&sig=abc", "https://acc.blob.core.windows.net/other?sv=2022-11-02&sig=abc" })
        {
            var client = new AzureBlobOptions { SasUrl = address }.CreateContainerClient("container");
            Assert.Equal("/container", client.Uri.AbsolutePath);
            Assert.Contains("sig=abc", client.Uri.Query, StringComparison.Ordinal);
            Assert.Equal("az://container/p", new AzureBlobStore(client, "p/").Location);
        }
    }

    [Theory]
    [InlineData("az://")]
    [InlineData("az://UPPER/x")]
    [InlineData("az://ab")]
    [InlineData("az://container/a//b")]
    [InlineData("az://container/../b")]
    [InlineData("s3://bucket/x")]
    [InlineData(" ")]
    public void Location_ThatIsNone_IsRefused(string location) =>
        Assert.Throws<ArgumentException>(() => ObjectStoreFactory.Open(location, new AzureBlobOptions { AccountName = "a", AccountKey = Secret }));

    [Fact]
    public void Folder_OpensWithoutTouchingIt()
    {
        using var folder = new TestFolder();
        var store = ObjectStoreFactory.Open(folder.File("not/there"));
        Assert.Equal(folder.File("not/there"), store.Location);
        Assert.False(Directory.Exists(folder.File("not")));
    }

    [Fact]
    public async Task NoServer_FailsWithinTheRetries()
    {
        var options = new AzureBlobOptions
        {
            ConnectionString = $"DefaultEndpointsProtocol=http;AccountName=a;AccountKey={Secret};BlobEndpoint=http://127.0.0.1:9/a",
            Delay = TimeSpan.FromMilliseconds(1),
        };
        var clock = Stopwatch.StartNew();
        var error = await Assert.ThrowsAsync<ObjectStoreException>(
            () => ObjectStoreFactory.Open("az://container", options).PutAsync("x", new byte[1], TestContext.Current.CancellationToken));
        Assert.Contains("did not answer", error.Message, StringComparison.Ordinal);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"took {clock.Elapsed}");
    }
}
