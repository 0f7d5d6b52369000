# SPDX-License-Identifier: MIT
# packaging/nix/default.nix - hakmem for Nix: nix-build packaging/nix
{ pkgs ? import <nixpkgs> { } }:

let
  header = builtins.readFile ../../core/hakmem.h;
  number = name: builtins.head (builtins.match ".*#define HAKMEM_VERSION_${name} ([0-9]+).*" (builtins.replaceStrings [ "\n" ] [ " " ] header));
in
pkgs.stdenv.mkDerivation {
  pname = "hakmem";
  version = "${number "MAJOR"}.${number "MINOR"}.${number "PATCH"}";
  src = pkgs.lib.cleanSource ../..;
  outputs = [ "out" "dev" ];

  postPatch = "patchShebangs phases packaging core/test/run";
  enableParallelBuilding = true;
  buildPhase = ''
    runHook preBuild
    make -j$NIX_BUILD_CORES WERROR=0 CC=$CC lib
    runHook postBuild
  '';
  installPhase = ''
    runHook preInstall
    make WERROR=0 CC=$CC install PREFIX=$out
    runHook postInstall
  '';

  meta = {
    description = "malloc replacement";
    license = pkgs.lib.licenses.mit;
    platforms = [ "x86_64-linux" "aarch64-linux" ];
  };
}
