// Command sdk writes the SDK of a schema for a language, as `pulumi package gen-sdk` does with the language
// host of a released Pulumi. Those hosts are in no Go module, but their generators are. This file is built
// together with the file generators.go of this folder, or with that of the folder sdk_csharp, where the version
// of Pulumi's module is an older one.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func main() {
	if len(os.Args) != 4 {
		fail(fmt.Errorf("usage: sdk LANGUAGE SCHEMA FOLDER"))
	}
	pkg, err := read(os.Args[2])
	if err != nil {
		fail(err)
	}
	files, err := generate(os.Args[1], pkg)
	if err != nil {
		fail(err)
	}
	for name, content := range files {
		if err := write(filepath.Join(os.Args[3], os.Args[1], name), content); err != nil {
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
	// It loads nothing: the schema refers to no other. Only later versions have schema.NewNullLoader.
	loader := struct{ schema.Loader }{}
	pkg, diagnostics, err := schema.BindSpec(spec, loader, schema.ValidationOptions{})
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
