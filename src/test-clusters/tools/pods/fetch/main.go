// Fetch prints what a URL answers, asked by GET or with a body by POST, or the addresses of a name:
// for looking around from inside a pod.
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	resolve := flag.Bool("resolve", false, "print the addresses of a name instead")
	token := flag.String("token-file", "", "file with a bearer token to send")
	flag.Parse()
	if flag.NArg() < 1 || flag.NArg() > 2 || *resolve && flag.NArg() != 1 {
		fail("usage: fetch [--token-file FILE] URL [BODY] | fetch --resolve NAME")
	}
	if *resolve {
		printAddresses(flag.Arg(0))
		return
	}
	printAnswer(flag.Arg(0), flag.Arg(1), *token)
}

func printAddresses(name string) {
	addresses, err := net.LookupHost(name)
	if err != nil {
		fail(err.Error())
	}
	for _, address := range addresses {
		fmt.Println(address)
	}
}

func printAnswer(url, body, tokenFile string) {
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		fail(err.Error())
	}
	if tokenFile != "" {
		token, err := os.ReadFile(tokenFile)
		if err != nil {
			fail(err.Error())
		}
		request.Header.Set("Authorization", "Bearer "+string(token))
	}
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		fail(err.Error())
	}
	defer response.Body.Close()
	if _, err := io.Copy(os.Stdout, response.Body); err != nil {
		fail(err.Error())
	}
	if response.StatusCode >= 400 {
		fail(response.Status)
	}
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, "fetch: "+message)
	os.Exit(1)
}
