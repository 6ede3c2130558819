"""Writes DynamoDBLocal.jar, which names the jars beside it: Maven's own names differ from those that Amazon's jar expects."""

import pathlib
import sys
import zipfile

home = pathlib.Path(sys.argv[1])
jars = " ".join(f"DynamoDBLocal_lib/{jar.name}" for jar in sorted(home.glob("DynamoDBLocal_lib/*.jar")))
entries = ["Manifest-Version: 1.0", "Main-Class: com.amazonaws.services.dynamodbv2.local.main.ServerRunner", f"Class-Path: {jars}"]
# A line of a manifest holds 72 bytes; the next one goes on after a space.
lines = [entry[:70] + "".join(f"\r\n {entry[i:i + 69]}" for i in range(70, len(entry), 69)) for entry in entries]
with zipfile.ZipFile(home / "DynamoDBLocal.jar", "w") as jar:
    jar.writestr("META-INF/MANIFEST.MF", "\r\n".join(lines) + "\r\n\r\n")
