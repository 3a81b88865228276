package main

import (
	"fmt"
	"net/http"

	"github.com/pulumi/pulumi/pkg/v3/codegen/dotnet"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func generate(language string, pkg *schema.Package) (map[string][]byte, error) {
	switch language {
	case "dotnet":
		http.DefaultClient.Transport = emptyLogo{}
		return dotnet.GeneratePackage("sdk", pkg, nil, nil)
	default:
		return nil, fmt.Errorf("no generator for the language %q", language)
	}
}

// emptyLogo answers the only request of the generator for C#, which downloads Pulumi's logo for the package:
// so the SDK is written without a network, and its logo.png is empty.
type emptyLogo struct{}

func (emptyLogo) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}
