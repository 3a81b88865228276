// Command sdk writes the SDK of a schema for Node.js, as `pulumi package gen-sdk` does with the language
// host of a released Pulumi. That host is in no Go module; the generator is.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: sdk SCHEMA FOLDER"))
	}
	pkg, err := read(os.Args[1])
	if err != nil {
		fail(err)
	}
	files, err := nodejs.GeneratePackage("sdk", pkg, nil, nil, true, nil)
	if err != nil {
		fail(err)
	}
	for name, content := range files {
		if err := write(filepath.Join(os.Args[2], name), content); err != nil {
			fail(err)
		}
	}
}

func read(file string) (*schema.Package, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, err
	}
	pkg, diagnostics, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	return pkg, nil
}

func write(file string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o644)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
