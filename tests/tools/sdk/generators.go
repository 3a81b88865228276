package main

import (
	"fmt"

	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func generate(language string, pkg *schema.Package) (map[string][]byte, error) {
	switch language {
	case "go":
		return golang.GeneratePackage("sdk", pkg, nil)
	case "nodejs":
		return nodejs.GeneratePackage("sdk", pkg, nil, nil, true, nil)
	case "python":
		return python.GeneratePackage("sdk", pkg, nil, nil)
	default:
		return nil, fmt.Errorf("no generator for the language %q", language)
	}
}
