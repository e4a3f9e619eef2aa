//go:build tools

// Package tools names the command that is built from another module, so that go.mod keeps it.
package tools

import _ "k8s.io/kubernetes/cmd/kube-apiserver"
